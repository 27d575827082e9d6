namespace MedStreams.Serialization.Avro;

/// <summary>How one type of .NET stands for one type of Avro that has no parts.</summary>
internal abstract record Scalar
{
    /// <summary>A decoder from what a writer's type wrote.</summary>
    public abstract object Decoder(AvroType writer);

    /// <summary>An encoder whose errors name the place.</summary>
    public abstract object Encoder(string place);
}

/// <summary>Made by two functions.</summary>
internal sealed record MadeScalar(Func<AvroType, object> MakeDecoder, Func<string, object> MakeEncoder) : Scalar
{
    public override object Decoder(AvroType writer) => MakeDecoder(writer);

    public override object Encoder(string place) => MakeEncoder(place);
}
