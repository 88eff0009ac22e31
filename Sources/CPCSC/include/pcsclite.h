#pragma once
#include <PCSC/pcsclite.h>
