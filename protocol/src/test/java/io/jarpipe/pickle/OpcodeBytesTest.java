package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class OpcodeBytesTest {
    @Test
    void are_those_of_the_opcodes() throws ReflectiveOperationException {
        Field[] constants = OpcodeBytes.class.getDeclaredFields();
        assertThat(Arrays.stream(constants).map(Field::getName))
                .containsExactlyInAnyOrder(
                        Arrays.stream(Opcode.values()).map(Opcode::name).toArray(String[]::new));
        for (Field constant : constants) {
            assertThat(constant.getInt(null))
                    .isEqualTo(Opcode.valueOf(constant.getName()).code());
        }
    }
}
