/// How one device stands, for people and for the API.
public struct DeviceStatus: Codable, Sendable, Hashable {
    public enum State: String, Codable, Sendable, Hashable {
        case ready, missing, fault
    }

    /// `reader`, `idcard`, `doctor-reader`, `printer`, `dispenser`, `camera`.
    public let role: String
    public let state: State
    /// Port path (`1-1.4`), bus id, or device node.
    public let address: String?
    public let vendorID: UInt16?
    public let productID: UInt16?
    public let product: String?
    public let serial: String?
    public let simulated: Bool
    public let fault: Fault?

    public init(
        role: String, state: State, address: String? = nil, vendorID: UInt16? = nil, productID: UInt16? = nil,
        product: String? = nil, serial: String? = nil, simulated: Bool = false, fault: Fault? = nil
    ) {
        self.role = role
        self.state = state
        self.address = address
        self.vendorID = vendorID
        self.productID = productID
        self.product = product
        self.serial = serial
        self.simulated = simulated
        self.fault = fault
    }
}

/// What any supervised device can say of itself.
public protocol Supervised: Sendable {
    func status() async -> DeviceStatus
    /// Lets the device go: cancels what is under way, closes the connection.
    func shutdown() async
}
