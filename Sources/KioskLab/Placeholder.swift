// KioskLab
