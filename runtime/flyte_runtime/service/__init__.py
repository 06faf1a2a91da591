"""The connector service: gRPC in front, connectors behind, and the `c0` command that starts it.

This package is the only part of the SDK that imports grpc and prometheus_client; nothing else imports it before a
service is to run.
"""
