"""Fixtures of every folder."""

from support.mongo import mongo_url, mongod

__all__ = ["mongo_url", "mongod"]
