using MedStreams.Broker.Security;

namespace MedStreams.Broker;

/// <content>The check of all values.</content>
public sealed partial record BrokerOptions
{
    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="BrokerException">A value is out of its range; the message names the property.</exception>
    public void Validate()
    {
        Check(!string.IsNullOrWhiteSpace(DataDirectory), nameof(DataDirectory), "a folder");
        Check(Port is >= 0 and <= ushort.MaxValue, nameof(Port), "0 to 65535");
        Check(AdvertisedHost is not "", nameof(AdvertisedHost), "a host name or null");
        Check(AdvertisedPort is null or (> 0 and <= ushort.MaxValue), nameof(AdvertisedPort), "1 to 65535 or null");
        Check(DefaultPartitions is >= 1 and <= 10_000, nameof(DefaultPartitions), "1 to 10000");
        Check(OffsetsTopicPartitions is >= 1 and <= 1000, nameof(OffsetsTopicPartitions), "1 to 1000");
        Check(TransactionTopicPartitions is >= 1 and <= 1000, nameof(TransactionTopicPartitions), "1 to 1000");
        Check(MaxFetchBytes is >= 1024 and <= 1 << 30, nameof(MaxFetchBytes), "1 KiB to 1 GiB");
        Check(CheckpointBytes is >= 1 << 20 and <= 1L << 40, nameof(CheckpointBytes), "1 MiB to 1 TiB");
        CheckTime(MaintenanceInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), nameof(MaintenanceInterval));
        CheckTime(RetentionCheckInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1), nameof(RetentionCheckInterval));
        CheckTime(CompactionInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1), nameof(CompactionInterval));
        CheckTime(ProducerIdExpiration, TimeSpan.FromMinutes(1), TimeSpan.FromDays(24), nameof(ProducerIdExpiration));
        CheckTime(MinSessionTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(30), nameof(MinSessionTimeout));
        CheckTime(MaxSessionTimeout, MinSessionTimeout, TimeSpan.FromHours(24), nameof(MaxSessionTimeout));
        CheckTime(InitialRebalanceDelay, TimeSpan.Zero, TimeSpan.FromMinutes(5), nameof(InitialRebalanceDelay));
        CheckTime(OffsetsRetention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650), nameof(OffsetsRetention));
        CheckTime(MaxTransactionTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24), nameof(MaxTransactionTimeout));
        CheckTime(TransactionAbortInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), nameof(TransactionAbortInterval));
        CheckTime(OffsetsRetentionCheckInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1), nameof(OffsetsRetentionCheckInterval));
        CheckTime(
            TransactionalIdExpirationCheckInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1), nameof(TransactionalIdExpirationCheckInterval));
        CheckTime(TransactionalIdExpiration, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650), nameof(TransactionalIdExpiration));
        CheckLimits();
        CheckSecurity();
        if (FaultOfConfigs() is { } configFault)
            throw new BrokerException($"{nameof(BrokerOptions)}.{nameof(Configs)}: {configFault}");
        if (Storage.TopicConfigTable.Fault([.. TopicDefaults!]) is { } fault)
            throw new BrokerException($"{nameof(BrokerOptions)}.{nameof(TopicDefaults)}: {fault}.");
    }

    private void CheckLimits()
    {
        Check(MaxRequestBytes is >= 1024 and <= 1 << 30, nameof(MaxRequestBytes), "1 KiB to 1 GiB");
        Check(QueuedMaxRequestBytes == -1 || QueuedMaxRequestBytes >= 1 << 20, nameof(QueuedMaxRequestBytes), "-1, or 1 MiB or more");
        Check(MaxConnections >= 1, nameof(MaxConnections), "1 or more");
        Check(MaxConnectionsPerIp >= 1, nameof(MaxConnectionsPerIp), "1 or more");
        CheckTime(ConnectionIdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365), nameof(ConnectionIdleTimeout));
        CheckTime(TransferTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), nameof(TransferTimeout));
        CheckTime(AuthenticationTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), nameof(AuthenticationTimeout));
    }

    private void CheckSecurity()
    {
        foreach (var listener in Listeners)
            listener.Validate();
        Check(
            Listeners.DistinctBy(listener => listener.Name, StringComparer.OrdinalIgnoreCase).Count() == Listeners.Count,
            nameof(Listeners),
            "of different names");
        Check(
            !Listeners.Any(listener => listener.Protocol.UsesTls()) || Tls is not null,
            nameof(Tls),
            "set, because a listener uses TLS");
        Check(Sasl.Mechanisms.Count > 0, nameof(Sasl), "of at least one mechanism");
        Check(Sasl.MaxReceiveBytes is >= 1024 and <= 1 << 30, nameof(Sasl) + "." + nameof(SaslOptions.MaxReceiveBytes), "1 KiB to 1 GiB");
        CheckTime(Sasl.MaxReauthentication, TimeSpan.Zero, TimeSpan.FromDays(365), nameof(Sasl) + "." + nameof(SaslOptions.MaxReauthentication));
        CheckTime(
            Sasl.FailedAuthenticationDelay, TimeSpan.Zero, TimeSpan.FromSeconds(10), nameof(Sasl) + "." + nameof(SaslOptions.FailedAuthenticationDelay));
        if (Tls is { } tls)
        {
            Check((tls.KeyStore.Location is null) != (tls.KeyStore.Pem is null), nameof(Tls), "with a key store that is either a file or a text");
            if (CertificateNameRules.Fault(tls.PrincipalMappingRules) is { } fault)
                throw new BrokerException($"{nameof(BrokerOptions)}.{nameof(Tls)}: {fault}");
        }

        Authorization?.Validate();
    }

    private static void CheckTime(TimeSpan value, TimeSpan least, TimeSpan most, string name) =>
        Check(value >= least && value <= most, name, $"{least} to {most}");

    private static void Check(bool right, string name, string allowed)
    {
        if (!right)
            throw new BrokerException($"{nameof(BrokerOptions)}.{name} must be {allowed}.");
    }
}
