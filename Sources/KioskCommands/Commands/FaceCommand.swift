import ArgumentParser
import KioskAPIClient
import KioskModel

struct FaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "face", abstract: "The doctors' faces.",
        subcommands: [List.self, Enrol.self, Delete.self, Quality.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Whose face is enrolled, since when, and who stood by.")

        static let question = Question<FaceList>(
            ask: { client throws(APIClientError) in try await client.faces() }, inspect: ["faces"])

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }

    struct Enrol: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Enrol a doctor's face; takes two persons.",
            discussion: """
                The doctor puts their card into the doctor's reader, types its PIN here and looks at the camera; you \
                check who they are and stand by. No picture is kept. The PIN is read from the terminal without echo, \
                or from standard input where that is no terminal.
                """)

        @Argument(help: "The doctor's id, as the registry names it.")
        var doctor: String

        @Option(help: "Who stands by: 1 to 60 characters.")
        var by: String

        @OptionGroup var options: GlobalOptions

        func validate() throws { try Witness.check(by) }

        func run() async throws {
            guard let pin = PINEntry.read(prompt: "PIN of the doctor's card / 医生卡 PIN: ") else {
                throw ValidationError("the PIN of the doctor's card is needed")
            }
            try await options.run(Self.question(doctor, pin: pin, by: by))
        }

        static func question(_ doctor: DoctorID, pin: Secret<String>, by person: String) -> Question<FaceEnrolment> {
            Question(
                ask: { client throws(APIClientError) in try await client.enrolFace(doctor, pin: pin, by: person) },
                inspect: nil)
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a doctor's templates and show the proof.",
            discussion: "From then on the doctor signs with card and PIN. Keep the audit link that is shown.")

        @Argument(help: "The doctor's id, as face list shows it.")
        var doctor: String

        @Option(help: "Who deletes: 1 to 60 characters.")
        var by: String

        @OptionGroup var options: GlobalOptions

        func validate() throws { try Witness.check(by) }

        func run() async throws { try await options.run(Self.question(doctor, by: by)) }

        static func question(_ doctor: DoctorID, by person: String) -> Question<FaceDeletion> {
            Question(
                ask: { client throws(APIClientError) in try await client.deleteFace(doctor, by: person) }, inspect: nil)
        }
    }

    struct Quality: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How well the camera sees whoever stands before it.",
            discussion: "Stand where the doctor stands. Compares nobody and keeps no picture.")

        static let question = Question<FaceQuality>(
            ask: { client throws(APIClientError) in try await client.faceQuality() }, inspect: nil)

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }

    private enum Witness {
        static func check(_ name: String) throws {
            guard !name.isEmpty, name.count <= 60, name.utf8.count <= 180 else {
                throw ValidationError("--by takes 1 to 60 characters")
            }
        }
    }
}
