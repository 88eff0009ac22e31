// KioskCommands
