namespace MedStreams.Broker.Protocol;

/// <summary>Lists users with their SCRAM mechanisms and iterations; null means all users.</summary>
/// <remarks>
/// Flexible from the start.
/// </remarks>
internal sealed class DescribeUserScramCredentialsRequest : IRequest<DescribeUserScramCredentialsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeUserScramCredentials;

    public List<UserName>? Users { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Users = w.NullableStructs(Users);
        w.End();
    }

    /// <summary>A user that is asked for.</summary>
    internal sealed class UserName : IWireStruct
    {
        public string Name { get; set; } = "";

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            w.End();
        }
    }
}

/// <summary>The users; no secrets.</summary>
internal sealed class DescribeUserScramCredentialsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeUserScramCredentials;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    public string? ErrorMessage { get; set; } = "";

    public List<DescribeUserScramCredentialsResult> Results { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        ErrorCode = w.Error(ErrorCode);
        ErrorMessage = w.NullableString(ErrorMessage);
        Results = w.Structs(Results);
        w.End();
    }

    /// <summary>A user.</summary>
    internal sealed class DescribeUserScramCredentialsResult : IWireStruct
    {
        public string User { get; set; } = "";

        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; } = "";

        public List<CredentialInfo> CredentialInfos { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            User = w.String(User);
            ErrorCode = w.Error(ErrorCode);
            ErrorMessage = w.NullableString(ErrorMessage);
            CredentialInfos = w.Structs(CredentialInfos);
            w.End();
        }
    }

    /// <summary>A mechanism with its iterations.</summary>
    internal sealed class CredentialInfo : IWireStruct
    {
        public sbyte Mechanism { get; set; }

        public int Iterations { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Mechanism = w.Int8(Mechanism);
            Iterations = w.Int32(Iterations);
            w.End();
        }
    }
}
