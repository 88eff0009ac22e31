import ArgumentParser
import FacePipeline

enum PolicyOption: String, ExpressibleByArgument, CaseIterable {
    case lab
    case production

    var scanPolicy: ScanPolicy {
        switch self {
        case .lab: .lab
        case .production: .production
        }
    }
}
