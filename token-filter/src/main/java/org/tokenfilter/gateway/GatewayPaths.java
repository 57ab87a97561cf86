package org.tokenfilter.gateway;

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
 * filter is mapped to the bases.
 *
 * <p>Below a base there may first be {@code /serviceGateway/services}, in any case. After these two
 * segments, whether they belong to the base or not, the service may be omitted: {@code
 * .../services/VERB}.
 */
public final class GatewayPaths {

  private static final Pattern SERVICE_PATH =
      Pattern.compile("/[A-Za-z0-9._-]{1,64}(?:/([A-Za-z]+))?");

  private static final Pattern VERB_PATH = Pattern.compile("/[A-Za-z]+");

  /** The two segments before the service. Only ASCII letters are compared without case. */
  private static final Pattern SERVICES_PATH =
      Pattern.compile("/serviceGateway/services", Pattern.CASE_INSENSITIVE);

  private static final Pattern ENDS_WITH_SERVICES =
      Pattern.compile(".*" + SERVICES_PATH.pattern(), Pattern.CASE_INSENSITIVE);

  /** The verbs at the end of the paths, in lower case. */
  private static final Set<String> VERBS = Set.of("login", "logon", "logoff", "keepalive");

  private final List<String> bases;

  private GatewayPaths(List<String> bases) {
    this.bases = bases;
  }

  /**
   * Returns the paths that a filter is mapped to.
   *
   * @throws ConfigurationException if no mapping of the filter ends with {@code /*}
   */
  public static GatewayPaths of(FilterConfig config) {
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
                  + " must be mapped to the paths of its services, such as"
                  + " /cra/serviceGateway/services/*"));
    }
    return new GatewayPaths(bases);
  }

  /**
   * Returns the verb of a request in lower case, empty if the path has none; null if the path is
   * not below a base or ends with an unknown word.
   */
  public @Nullable String verb(HttpServletRequest request) {
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

  private static @Nullable String verb(String base, String below) {
    Matcher services = SERVICES_PATH.matcher(below);
    boolean inPath = services.lookingAt();
    String rest = inPath ? below.substring(services.end()) : below;
    if ((inPath || ENDS_WITH_SERVICES.matcher(base).matches()) && omitsService(rest)) {
      return rest.isEmpty() ? "" : lowerCase(rest.substring(1));
    }
    Matcher service = SERVICE_PATH.matcher(rest);
    if (!service.matches()) {
      return null;
    }
    String word = service.group(1) == null ? "" : lowerCase(service.group(1));
    return word.isEmpty() || VERBS.contains(word) ? word : null;
  }

  /** Returns whether the path omits the service, which cannot have the name of a verb. */
  private static boolean omitsService(String rest) {
    return rest.isEmpty()
        || (VERB_PATH.matcher(rest).matches() && VERBS.contains(lowerCase(rest.substring(1))));
  }

  private static String lowerCase(String word) {
    return word.toLowerCase(Locale.ROOT);
  }
}
