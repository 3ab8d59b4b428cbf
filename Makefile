# make demo   读随附样例，建成仓库，打印跨部门结果
# make test   规范检查、类型检查、全部测试
# 两条命令都会先按 requirements.lock 建好 .venv；只需要 git、make 和 Python 3.11 以上。

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# 并行测试进程数；默认按处理器数
JOBS   ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types check samples clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

setup: $(STAMP)

# 锁文件或依赖声明变了就重装；半途而废的 .venv 没有标记文件，会重来。
$(STAMP): requirements.lock pyproject.toml .ci/setup
	@PYTHON='$(PYTHON)' VENV='$(VENV)' sh .ci/setup
	@touch $@

demo: $(STAMP)
	$(BIN)/kuanxiang demo

test: lint types check

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

check: $(STAMP)
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

# 重新生成随附样例（需要中文字体 fonts-lxgw-wenkai；生成 .xls 另需 xlwt）
samples: $(STAMP)
	$(BIN)/python -m data.make_samples

clean:
	rm -rf $(VENV) data/home .mypy_cache .ruff_cache
