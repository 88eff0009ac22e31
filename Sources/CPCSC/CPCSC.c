// SwiftPM wants a source file in a C target; this one has headers alone.
#include "CPCSC.h"
