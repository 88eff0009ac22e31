import KioskAPI
import KioskAgent

// Agent and API are on floors that do not see each other.
extension Agent: SigningService {}
