package org.tokenfilter.integration.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The recipe for HAProxy. */
final class HaProxyTest extends RecipeContract {

  @Override
  Path requireProgram() {
    return ProxyProgram.require("haproxy", "haproxy");
  }

  @Override
  ProxyProgram startProxy(
      Path folder, Certificate certificate, int port, int firstNode, int secondNode)
      throws IOException {
    Recipe recipe =
        new Recipe("haproxy")
            .with("10.0.0.11:8080", "127.0.0.1:" + firstNode)
            .with("10.0.0.12:8080", "127.0.0.1:" + secondNode)
            .with("bind :443", "bind 127.0.0.1:" + port)
            .with("/etc/ssl/shop.pem", certificate.both());
    Path file = Files.writeString(folder.resolve("haproxy.cfg"), recipe.toString());
    return ProxyProgram.start(
        folder, port, List.of(requireProgram().toString(), "-db", "-f", file.toString()));
  }
}
