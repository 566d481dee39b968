"""Sendings -> Plan: which entities a container gets, by name, before anything is rendered. Pure; no ids, no JSON."""

from gtmgen.plan.entities import Entity, Plan, Ref
from gtmgen.plan.server import plan_server, plan_setup
from gtmgen.plan.web import plan_web

__all__ = ["Entity", "Plan", "Ref", "plan_server", "plan_setup", "plan_web"]
