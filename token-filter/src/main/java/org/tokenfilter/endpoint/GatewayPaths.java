package org.tokenfilter.endpoint;

import jakarta.servlet.FilterConfig;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.ConfigurationException;

/**
 * The paths of a gateway's services: {@code BASE/SERVICE} and {@code BASE/SERVICE/VERB}, where the
 * bases are what the filter is mapped to.
 *
 * <p>Below a base there may first be {@code /serviceGateway/services}, in any case. Behind these
 * two steps, be they part of the base or not, the service may be left out: {@code
 * .../services/VERB}.
 */
final class GatewayPaths {

  private static final Pattern BELOW = Pattern.compile("/[A-Za-z0-9._-]{1,64}(?:/([A-Za-z]+))?");

  private static final Pattern WORD = Pattern.compile("/[A-Za-z]+");

  /** Letters of ASCII alone are compared in any case. */
  private static final Pattern SERVICES =
      Pattern.compile("/serviceGateway/services", Pattern.CASE_INSENSITIVE);

  private static final Pattern ENDS_WITH_SERVICES =
      Pattern.compile(".*" + SERVICES.pattern(), Pattern.CASE_INSENSITIVE);

  private final List<String> bases;
  private final Set<String> verbs;

  private GatewayPaths(List<String> bases, Set<String> verbs) {
    this.bases = bases;
    this.verbs = verbs;
  }

  /**
   * The paths that a filter is mapped to.
   *
   * @param verbs the last words that there are, in lower case
   * @throws ConfigurationException if there are none that end with {@code /*}
   */
  static GatewayPaths of(FilterConfig config, Set<String> verbs) {
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
    return new GatewayPaths(bases, verbs);
  }

  /**
   * What a request asks of a service: its verb in lower case, or nothing; null if it is not below a
   * base, or ends with another word.
   */
  @Nullable String verb(HttpServletRequest request) {
    String info = request.getPathInfo();
    String path = info == null ? request.getServletPath() : request.getServletPath() + info;
    for (String base : bases) {
      @Nullable String verb =
          path.startsWith(base) ? verb(base, path.substring(base.length())) : null;
      if (verb != null) {
        return verb;
      }
    }
    return null;
  }

  private @Nullable String verb(String base, String below) {
    Matcher services = SERVICES.matcher(below);
    boolean inPath = services.lookingAt();
    String rest = inPath ? below.substring(services.end()) : below;
    if ((inPath || ENDS_WITH_SERVICES.matcher(base).matches()) && withoutService(rest)) {
      return rest.isEmpty() ? "" : lowerCase(rest.substring(1));
    }
    Matcher service = BELOW.matcher(rest);
    if (!service.matches()) {
      return null;
    }
    String word = service.group(1) == null ? "" : lowerCase(service.group(1));
    return word.isEmpty() || verbs.contains(word) ? word : null;
  }

  /** No service has the name of a verb. */
  private boolean withoutService(String rest) {
    return rest.isEmpty()
        || (WORD.matcher(rest).matches() && verbs.contains(lowerCase(rest.substring(1))));
  }

  private static String lowerCase(String word) {
    return word.toLowerCase(Locale.ROOT);
  }
}
