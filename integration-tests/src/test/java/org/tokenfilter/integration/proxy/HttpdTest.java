package org.tokenfilter.integration.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The recipe for Apache httpd. */
final class HttpdTest extends RecipeContract {

  private static final Path MODULES = Path.of("/usr/lib/apache2/modules");

  private static final String CONFIGURATION =
      """
      ServerRoot %1$s
      DefaultRuntimeDir %1$s
      PidFile %1$s/httpd.pid
      ErrorLog /dev/stderr
      ServerName localhost
      %2$s
      %3$s
      %4$s
      """;

  @Override
  Path requireProgram() {
    return ProxyProgram.require("apache2", "apache2");
  }

  @Override
  ProxyProgram startProxy(
      Path folder, Certificate certificate, int port, int firstNode, int secondNode)
      throws IOException {
    Recipe recipe =
        new Recipe("apache")
            .with("10.0.0.11:8080", "127.0.0.1:" + firstNode)
            .with("10.0.0.12:8080", "127.0.0.1:" + secondNode)
            .with("Listen 443", "Listen 127.0.0.1:" + port)
            .with("*:443", "127.0.0.1:" + port)
            .with("/etc/ssl/shop.crt", certificate.certificate())
            .with("/etc/ssl/shop.key", certificate.key());
    String modules =
        Stream.of(
                "mpm_event",
                "authz_core",
                "socache_shmcb",
                "ssl",
                "headers",
                "proxy",
                "proxy_http",
                "slotmem_shm",
                "proxy_balancer",
                "lbmethod_byrequests")
            .map(name -> "LoadModule %s_module %s/mod_%1$s.so".formatted(name, MODULES))
            .collect(Collectors.joining("\n"));
    String user = ProxyProgram.isRoot() ? "User nobody\nGroup nogroup" : "";
    Path file =
        Files.writeString(
            folder.resolve("httpd.conf"), CONFIGURATION.formatted(folder, modules, user, recipe));
    return ProxyProgram.start(
        folder,
        port,
        List.of(requireProgram().toString(), "-f", file.toString(), "-D", "FOREGROUND"));
  }
}
