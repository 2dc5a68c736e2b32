// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// Names and documentation are in bigeggs.h.
import CBigEggs
import MessagePassing

@c @implementation
public func be_world(_ rank: UnsafeMutablePointer<Int64>?, _ size: UnsafeMutablePointer<Int64>?) -> be_status
{
    answer {
        let world = try Communicator.world
        rank?.pointee = Int64(world.rank)
        size?.pointee = Int64(world.size)
    }
}
