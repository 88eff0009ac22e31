#pragma once
#include <PCSC/wintypes.h>
