"""The stewards' console: a web application over the warehouse and the review queue. Reads the warehouse, writes decisions.

`app` builds and serves it (the only importer of NiceGUI besides `elements` and `pages`); `access`, `audit` and `gate` keep
the door; `queries` read, `actions` decide, `pictures` draw pages; `pages` are thin.
"""
