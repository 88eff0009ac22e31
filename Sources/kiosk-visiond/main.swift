VisionCommand.main()
