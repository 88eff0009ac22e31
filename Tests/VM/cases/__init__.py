"""All tests, in the order of the run."""

from cases import camera, foreign, lease, pcsc, power, serial, services, transport, visit

CASES = (transport.CASES + foreign.CASES + pcsc.CASES + camera.CASES + lease.CASES + services.CASES + visit.CASES
         + serial.CASES + power.CASES)
PLANTED = transport.PLANTED + camera.PLANTED
