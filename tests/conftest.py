"""Fixtures of every folder."""

from support.cluster_stores import cluster_store
from support.examples import register_profiles
from support.mongo import mongo_url, mongod

__all__ = ["cluster_store", "mongo_url", "mongod"]

register_profiles()
