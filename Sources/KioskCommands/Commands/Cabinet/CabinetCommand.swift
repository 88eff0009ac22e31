import ArgumentParser

/// `kioskctl cabinet …`: stock, refills and the machine; one file for each subject.
struct CabinetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cabinet", abstract: "The medicine cabinet.",
        subcommands: [
            Stock.self, Expiry.self, Temperature.self, Refill.self, Recall.self, Lock.self, Unlock.self, Resolve.self,
            Home.self, Open.self, Firmware.self,
        ])
}

/// Who did it: kept with the act.
struct PersonOption: ParsableArguments {
    @Option(help: "Who you are: 1 to 60 characters.")
    var by: String

    func validate() throws {
        guard !by.isEmpty, by.count <= 60 else { throw ValidationError("--by takes 1 to 60 characters") }
    }
}
