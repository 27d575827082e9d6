namespace MedStreams.Broker.Protocol;

/// <summary>Deletes, adds and changes SCRAM credentials of users.</summary>
/// <remarks>
/// Flexible from the start.
/// </remarks>
internal sealed class AlterUserScramCredentialsRequest : IRequest<AlterUserScramCredentialsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.AlterUserScramCredentials;

    public List<ScramCredentialDeletion> Deletions { get; set; } = [];

    public List<ScramCredentialUpsertion> Upsertions { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Deletions = w.Structs(Deletions);
        Upsertions = w.Structs(Upsertions);
        w.End();
    }

    /// <summary>A user's mechanism to delete.</summary>
    internal sealed class ScramCredentialDeletion : IWireStruct
    {
        public string Name { get; set; } = "";

        public sbyte Mechanism { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Mechanism = w.Int8(Mechanism);
            w.End();
        }
    }

    /// <summary>A user's mechanism to add or change.</summary>
    internal sealed class ScramCredentialUpsertion : IWireStruct
    {
        public string Name { get; set; } = "";

        public sbyte Mechanism { get; set; }

        public int Iterations { get; set; }

        public byte[] Salt { get; set; } = [];

        public byte[] SaltedPassword { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Mechanism = w.Int8(Mechanism);
            Iterations = w.Int32(Iterations);
            Salt = w.Bytes(Salt);
            SaltedPassword = w.Bytes(SaltedPassword);
            w.End();
        }
    }
}

/// <summary>What became of each user.</summary>
internal sealed class AlterUserScramCredentialsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.AlterUserScramCredentials;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<AlterUserScramCredentialsResult> Results { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Results = w.Structs(Results);
        w.End();
    }

    /// <summary>What became of a user.</summary>
    internal sealed class AlterUserScramCredentialsResult : IWireStruct
    {
        public string User { get; set; } = "";

        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; } = "";

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            User = w.String(User);
            ErrorCode = w.Error(ErrorCode);
            ErrorMessage = w.NullableString(ErrorMessage);
            w.End();
        }
    }
}
