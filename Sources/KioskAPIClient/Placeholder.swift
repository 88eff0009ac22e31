// KioskAPIClient
