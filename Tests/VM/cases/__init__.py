"""All tests, in the order of the run."""

from cases import camera, foreign, power, serial, services, transport, visit

CASES = transport.CASES + foreign.CASES + camera.CASES + services.CASES + visit.CASES + power.CASES + serial.CASES
PLANTED = transport.PLANTED + camera.PLANTED
