using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Monitoring;

/// <summary>The secret that requests carry as <c>Authorization: Bearer</c>; compared in constant time.</summary>
/// <param name="token">Null where none is needed.</param>
internal sealed class BearerToken(string? token)
{
    private readonly byte[]? _expected = token is null ? null : Encoding.UTF8.GetBytes("Bearer " + token);

    public bool IsIn(HttpRequest request) =>
        _expected is null || CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(request.Headers.Authorization.ToString()), _expected);
}
