"""Fake upstreams for the tests of orderbridge: shops, Entra, Business Central."""
