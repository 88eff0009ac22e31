import Foundation

/// Photographs and models that some tests need; never part of the project.
public enum Faces {
    public static let photographs = ProcessInfo.processInfo.environment["KIOSK_FACES"]
    public static let models = ProcessInfo.processInfo.environment["KIOSK_MODELS"]
    public static var areHere: Bool { photographs != nil && models != nil }

    /// Why a test that needs them does not run.
    public static let absent = "needs KIOSK_FACES and KIOSK_MODELS: folders with the photographs and the models"

    public static func photograph(_ name: String) -> String { (photographs ?? "") + "/" + name }
}
