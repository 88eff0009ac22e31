// KioskConfig
