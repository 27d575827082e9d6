namespace MedStreams.Broker;

/// <content>Listeners, keys, users, rules and limits by Kafka's names; passwords are never among them.</content>
public sealed partial record BrokerOptions
{
    private IEnumerable<(string Name, string Value)> NamedOfSecurity()
    {
        yield return ("connection.failed.authentication.delay.ms", Text(Sasl.FailedAuthenticationDelay));
        yield return ("connections.max.idle.ms", Text(ConnectionIdleTimeout));
        yield return ("connections.max.reauth.ms", Text(Sasl.MaxReauthentication));
        yield return ("listener.security.protocol.map", string.Join(',', EffectiveListeners.Select(l => $"{l.Name}:{l.Protocol.KafkaName()}")));
        yield return ("listeners", string.Join(',', EffectiveListeners.Select(l => $"{l.Name}://{new System.Net.IPEndPoint(l.Address, l.Port)}")));
        yield return ("max.connections", Text(MaxConnections));
        yield return ("max.connections.per.ip", Text(MaxConnectionsPerIp));
        yield return ("queued.max.request.bytes", Text(QueuedMaxRequestBytes));
        yield return ("sasl.enabled.mechanisms", string.Join(',', Sasl.Mechanisms.Select(m => m.RegisteredName())));
        yield return ("sasl.server.max.receive.size", Text(Sasl.MaxReceiveBytes));
        if (Authorization is { } authorization)
        {
            yield return ("allow.everyone.if.no.acl.found", authorization.AllowEveryoneIfNoAclFound ? "true" : "false");
            yield return ("super.users", string.Join(';', authorization.SuperUsers));
        }

        foreach (var named in NamedOfTls())
            yield return named;
    }

    private IEnumerable<(string Name, string Value)> NamedOfTls()
    {
        if (Tls is not { } tls)
            yield break;
        yield return ("ssl.client.auth", tls.ClientAuth.ToString().ToLowerInvariant());
        yield return ("ssl.keystore.type", tls.KeyStore is { Pem: null, Type: TlsStoreType.Pkcs12 } ? "PKCS12" : "PEM");
        yield return ("ssl.principal.mapping.rules", tls.PrincipalMappingRules);
        if (tls.KeyStore.Location is { } keys)
            yield return ("ssl.keystore.location", keys);
        if (tls.TrustStore?.Location is { } trust)
            yield return ("ssl.truststore.location", trust);
    }
}
