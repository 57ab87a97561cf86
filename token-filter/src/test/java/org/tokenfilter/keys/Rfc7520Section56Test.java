package org.tokenfilter.keys;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.tokenfilter.codec.CraftedTokens;

/** Direct encryption using AES-GCM. Direct encryption is supported, A128GCM is not. */
class Rfc7520Section56Test {

  private static final String KID = "77c7e2b8-6e13-45cf-8672-617b5b45243a";

  private static final String TOKEN =
      "eyJhbGciOiJkaXIiLCJraWQiOiI3N2M3ZTJiOC02ZTEzLTQ1Y2YtODY3Mi02MTdiNWI0NTI0M2EiLCJlbmMiOiJBMTI4"
          + "R0NNIn0"
          + "..refa467QzzKx6QAB"
          + ".JW_i_f52hww_ELQPGaYyeAB6HYGcR559l9TYnSovc23XJoBcW29rHP8yZOZG7YhLpT1bjFuvZPjQS-m0IFtVcXkZ"
          + "XdH_lr_FrdYt9HRUYkshtrMmIUAyGmUnd9zMDB2n0cRDIHAzFVeJUDxkUwVAE7_YGRPdcqMyiBoCO-FBdE-Nceb4h3"
          + "-FtBP-c_BIwCPTjb9o0SbdcdREEMJMyZBH8ySWMVi1gPD9yxi-aQpGbSv_F9N4IZAxscj5g-NJsUPbjk29-s7LJAGb"
          + "15wEBtXphVCgyy53CoIKLHHeJHXex45Uz9aKZSRSInZI-wjsY0yu3cT4_aQ3i1o-tiE-F8Ios61EKgyIQ4CWao8PFM"
          + "j8TTnp"
          + ".vbb32Xvllea2OtmHAdccRQ";

  @Test
  void refusesItsKey() {
    String keys =
        "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"%s\",\"use\":\"enc\",\"alg\":\"A128GCM\",\"state\":\"active\",\"k\":\"XctOhJAkA-pD9Lh7ZgW_2A\"}]}"
            .formatted(KID);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwkSet.parse(keys.getBytes(StandardCharsets.UTF_8)))
        .withMessage("key '" + KID + "': alg is not one of A128CBC-HS256, A256CBC-HS512, A256GCM");
  }

  @Test
  void refusesItsTokenEvenIfAKeyHasItsName() {
    for (ContentEncryption encryption : ContentEncryption.values()) {
      CraftedTokens.assertRefused(
          CraftedTokens.codec(CraftedTokens.key(KID, encryption, ContentKey.State.ACTIVE)), TOKEN);
    }
  }
}
