package org.tokenfilter.endpoint;

import jakarta.servlet.FilterConfig;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.ConfigurationException;

/**
 * The paths of a gateway's services: {@code BASE/SERVICE} and {@code BASE/SERVICE/VERB}, where the
 * bases are what the filter is mapped to.
 */
final class GatewayPaths {

  private static final Pattern BELOW = Pattern.compile("/[A-Za-z0-9._-]{1,64}(?:/([A-Za-z]+))?");

  private final List<String> bases;

  private GatewayPaths(List<String> bases) {
    this.bases = bases;
  }

  /**
   * The paths that a filter is mapped to.
   *
   * @throws ConfigurationException if there are none that end with {@code /*}
   */
  static GatewayPaths of(FilterConfig config) {
    FilterRegistration registration =
        config.getServletContext().getFilterRegistration(config.getFilterName());
    List<String> bases =
        registration == null
            ? List.of()
            : registration.getUrlPatternMappings().stream()
                .filter(pattern -> pattern.endsWith("/*"))
                .map(pattern -> pattern.substring(0, pattern.length() - 2))
                .toList();
    if (bases.isEmpty()) {
      throw new ConfigurationException(
          List.of(
              "the filter "
                  + config.getFilterName()
                  + " is to be mapped to the paths of its services, such as"
                  + " /cra/serviceGateway/services/*"));
    }
    return new GatewayPaths(bases);
  }

  /** What a request asks of a service: its verb, or nothing; null if it is not below a base. */
  @Nullable String verb(HttpServletRequest request) {
    String info = request.getPathInfo();
    String path = info == null ? request.getServletPath() : request.getServletPath() + info;
    for (String base : bases) {
      Matcher below = BELOW.matcher(path.startsWith(base) ? path.substring(base.length()) : "");
      if (below.matches()) {
        return below.group(1) == null ? "" : below.group(1);
      }
    }
    return null;
  }
}
