namespace MedStreams.Monitoring.Notifications;

/// <summary>Somebody who is told of changes. Called by one thread at a time.</summary>
public interface INotificationReceiver
{
    /// <summary>Its name in logs.</summary>
    string Name { get; }

    /// <summary>Tells changes, at least one, in one message.</summary>
    /// <param name="id">The same when a message is repeated because nobody knows whether it came.</param>
    /// <param name="events">The changes, oldest first.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="NotificationException">The message did not come, or nobody knows; it is tried again.</exception>
    Task SendAsync(string id, IReadOnlyList<StatusEvent> events, CancellationToken cancellationToken);
}

/// <summary>A notification could not be delivered; it is tried again. The text holds no secret.</summary>
public sealed class NotificationException : Exception
{
    /// <summary>Without a reason.</summary>
    public NotificationException()
    {
    }

    /// <summary>Without a cause.</summary>
    public NotificationException(string message)
        : base(message)
    {
    }

    /// <summary>With its cause.</summary>
    public NotificationException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
