// libpcsclite. Its own pkg-config names a flag that SwiftPM refuses with a warning (-pthread), and its headers include
// one another without their folder: pcsclite.h and wintypes.h beside this file lead there.
#pragma once
#include <PCSC/winscard.h>
