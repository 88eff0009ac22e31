import KioskCommands

await KioskControl.runFromCommandLine()
