// KioskSync
