namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
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

/// <summary>Response.</summary>
internal sealed class DescribeUserScramCredentialsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeUserScramCredentials;

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
