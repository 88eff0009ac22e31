import Foundation

/// The recordings in Tests/Recordings.
public enum Recordings {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Recordings")

    /// The text of a recording; made anew first where KIOSK_RENEW_RECORDINGS is set.
    public static func text(_ name: String, renewedBy fresh: String) throws -> String {
        let file = folder.appending(path: name + ".jsonl")
        if ProcessInfo.processInfo.environment["KIOSK_RENEW_RECORDINGS"] != nil {
            try fresh.write(to: file, atomically: true, encoding: .utf8)
        }
        return try String(contentsOf: file, encoding: .utf8)
    }
}
