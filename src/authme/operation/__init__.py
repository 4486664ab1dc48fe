"""What operators and tools ask the server itself.

Owns health and readiness, metrics on the wire, the OpenAPI document, and the interactive API pages. Does not own what is
measured (kernel.metrics) nor what is documented (the endpoint table).
"""
