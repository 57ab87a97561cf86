package org.tokenfilter.integration.proxy;

import java.io.IOException;
import java.nio.file.Path;

/** The recipe for nginx. */
final class NginxTest extends RecipeContract {

  @Override
  Path requireProgram() {
    return Nginx.program();
  }

  @Override
  ProxyProgram startProxy(
      Path folder, Certificate certificate, int port, int firstNode, int secondNode)
      throws IOException {
    return Nginx.start(folder, certificate, port, firstNode, secondNode);
  }
}
