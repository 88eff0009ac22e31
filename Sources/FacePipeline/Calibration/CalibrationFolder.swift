import Foundation

/// Why a calibration could not be done.
public struct CalibrationError: Error, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

/// A folder with one folder of JPEGs for each person; links are followed, hidden files are left out.
struct CalibrationFolder {
    /// A person's pictures, in the order of their names.
    let persons: [(name: String, pictures: [String])]

    /// The most pictures that are looked at, against a folder that was named by mistake.
    static let mostPictures = 200_000

    init(path: String) throws(CalibrationError) {
        var persons: [(name: String, pictures: [String])] = []
        var count = 0
        for name in try Self.list(path) {
            var isFolder: ObjCBool = false
            let folder = "\(path)/\(name)"
            guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
                continue
            }
            let pictures = try Self.list(folder).filter {
                $0.lowercased().hasSuffix(".jpg") || $0.lowercased().hasSuffix(".jpeg")
            }
            count += pictures.count
            guard count <= Self.mostPictures else {
                throw CalibrationError("\(path) holds more than \(Self.mostPictures) pictures")
            }
            if !pictures.isEmpty { persons.append((name, pictures.map { "\(folder)/\($0)" })) }
        }
        guard !persons.isEmpty else {
            throw CalibrationError("\(path) holds no folder with JPEGs: one folder for each person")
        }
        self.persons = persons
    }

    private static func list(_ folder: String) throws(CalibrationError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            throw CalibrationError("the folder \(folder) is missing or unreadable")
        }
    }
}
