package org.tokenfilter.integration.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** A certificate of localhost that only the tests trust, in the files that proxies read. */
final class Certificate {

  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Path certificate;
  private final Path key;
  private final Path both;
  private final KeyStore store;

  Certificate(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
    Path file = folder.resolve("shop.p12");
    generate(file);
    store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    String first = pem("CERTIFICATE", store.getCertificate("shop").getEncoded());
    String second = pem("PRIVATE KEY", store.getKey("shop", PASSWORD).getEncoded());
    certificate = Files.writeString(folder.resolve("shop.crt"), first);
    key = Files.writeString(folder.resolve("shop.key"), second);
    both = Files.writeString(folder.resolve("shop.pem"), first + second);
  }

  private static void generate(Path file) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "shop",
                    "-keyalg",
                    "RSA",
                    "-keysize",
                    "2048",
                    "-validity",
                    "365",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "SAN=dns:localhost,ip:127.0.0.1",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    file.toString(),
                    "-storepass",
                    new String(PASSWORD)))
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!keytool.waitFor(1, TimeUnit.MINUTES) || keytool.exitValue() != 0) {
      throw new IOException("keytool: " + said);
    }
  }

  private static String pem(String type, byte[] content) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            type, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content), type);
  }

  Path certificate() {
    return certificate;
  }

  Path key() {
    return key;
  }

  /** Returns the file with certificate and key. */
  Path both() {
    return both;
  }

  /** Returns sockets that trust only this certificate. */
  SSLSocketFactory sockets() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("shop", store.getCertificate("shop"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context.getSocketFactory();
  }
}
