namespace MedStreams.Broker.Protocol;

/// <summary>A structure of the protocol that describes itself once, for reading and for writing.</summary>
internal interface IWireStruct
{
    /// <summary>
    /// Walks over the fields in the order of the wire. Reading, each call answers the field's value; writing, it writes
    /// the value that it is given and answers it back. The last call is <see cref="Wire.End"/> or the section of
    /// tagged fields.
    /// </summary>
    /// <param name="w">
    /// Where the fields are read from or written to, with the version that decides which there are.
    /// </param>
    void Walk(ref Wire w);
}

/// <summary>A request or response body.</summary>
internal interface IApiMessage : IWireStruct
{
    /// <summary>The API that the message belongs to; <see cref="ApiTable"/> holds its versions.</summary>
    static abstract ApiKey Api { get; }
}

/// <summary>The body of a response.</summary>
internal interface IResponse : IApiMessage;

/// <summary>The body of a request.</summary>
/// <typeparam name="TResponse">The response that answers it.</typeparam>
internal interface IRequest<TResponse> : IApiMessage
    where TResponse : IResponse;

/// <summary>
/// A value with its own version in front of it: what consumers hand each other through a group, and keys and values of
/// internal topics.
/// </summary>
internal interface IVersionedData : IWireStruct
{
    /// <summary>The lowest version that is understood.</summary>
    static abstract short LowestVersion { get; }

    /// <summary>The highest version that is understood.</summary>
    static abstract short HighestVersion { get; }

    /// <summary>
    /// The first version with compact lengths and tagged fields; <see cref="short.MaxValue"/> if none has.
    /// </summary>
    static abstract short FirstFlexibleVersion { get; }
}
