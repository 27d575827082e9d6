using MedStreams.Sources.Pacs.Located;

namespace MedStreams.Sources.Pacs.Ftp;

/// <summary>What replies mean. The texts of servers are left out: they repeat names.</summary>
internal static class FtpFailure
{
    /// <summary>Of a reply to a command about a file.</summary>
    public static ObjectStoreException Of(FtpReply reply) => reply.Code switch
    {
        550 => new ObjectStoreException(ObjectStoreFailure.NotThere, "There is no such file, or the account must not read it (550)."),
        551 or 552 or 553 or 501 or 504 => new ObjectStoreException(ObjectStoreFailure.Refused, $"The server refuses the name ({reply.Code}): look at the encoding of names."),
        421 or 425 or 426 or 450 or 451 or 452 => new ObjectStoreException(ObjectStoreFailure.Interrupted, $"The server is busy or broke off ({reply.Code})."),
        530 => new ObjectStoreException(ObjectStoreFailure.Unavailable, "The server does not take the account (530)."),
        _ => new ObjectStoreException(ObjectStoreFailure.Refused, $"The server refuses ({reply.Code})."),
    };

    /// <summary>Of a reply to greeting or login.</summary>
    public static ObjectStoreException Busy(FtpReply reply) => new(ObjectStoreFailure.Unavailable, reply.Code == 421
        ? "The server has too many connections (421): set fewer."
        : $"The server does not take the account ({reply.Code}).");
}
