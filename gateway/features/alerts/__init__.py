"""Alerts that other programs tell – Alertmanager, Grafana –, as texts for whoever is on call.

payloads (what came) ──▶ rules (tell it?) ──▶ wording (in what words) ──▶ telling (to whom, once)
"""
