using System.Security.Cryptography;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// The user of a page without users, on the loopback only: its password is told to whoever started the process, is good for one log-in, and is then
/// followed by another. Safe for use by several threads.
/// </summary>
internal sealed class OneTimeUser
{
    /// <summary>Without what is easily taken for something else.</summary>
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";

    private readonly Lock _lock = new();
    private readonly Action<string, string> _tell;
    private volatile PageUser _user;

    /// <summary>Makes one, and tells it.</summary>
    /// <param name="tell">Is told name and password.</param>
    public OneTimeUser(Action<string, string> tell)
    {
        _tell = tell;
        _user = Next();
    }

    public PageUser User => _user;

    /// <summary>Whether the user is still the one whose password holds; then it holds no more.</summary>
    public bool TryUse(PageUser user)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(user, _user))
                return false;
            _user = Next();
            return true;
        }
    }

    private PageUser Next()
    {
        var password = RandomNumberGenerator.GetString(Letters, 16);
        var user = new PageUser("admin", PasswordHash.Of(password, PasswordHash.MinIterations), PageRole.Operator, SeesPatientData: true);
        _tell(user.Name, password);
        return user;
    }
}
