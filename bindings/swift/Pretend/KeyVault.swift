// Stands in for what is generated, until it is.
import Foundation

public protocol KeyVault: AnyObject, Sendable {
    func store(id: String, key: Data) throws
    func load(id: String) throws -> Data
    func destroy(id: String) throws
    func keepHead(store: String, head: Data?) throws
    func head(store: String) throws -> Data?
}

public enum VaultError: Error, Equatable {
    case Locked
    case Missing
    case Failed(reason: String)
}
