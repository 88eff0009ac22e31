VisionDaemonCommand.main()
