"""One function a use case: (session, ..., *, now) to a frozen value. Services may flush, never commit."""
