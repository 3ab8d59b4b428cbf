"""What runs when: taking files in, reading them in worker processes, publishing the warehouse, the command line."""
