using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>A card to be synchronised for its due date.</summary>
/// <param name="Card">The card: its operator and its due date are those of the call.</param>
/// <param name="MayHaveBeenMade">
/// True where the same call may have reached the operator before, without a record of what came of it: after a crash, a time-out or a failure. An API without idempotency
/// keys must then be looked at first.
/// </param>
public sealed record CardCall(Card Card, bool MayHaveBeenMade)
{
    /// <summary>The operator's name.</summary>
    public string Operator => Card.Operator;

    /// <summary>The date that it is synchronised for.</summary>
    public DateOnly Due => Card.Due;

    /// <summary>
    /// The same for each call of this card and due date with this operator, whichever process makes it, and no other's: 32 lower-case hexadecimal digits.
    /// </summary>
    public string IdempotencyKey
    {
        get
        {
            var text = string.Join('\n', Card.Key, Card.Operator, Card.Due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
        }
    }
}
