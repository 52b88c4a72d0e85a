/** resource.Quantity in expressions: Kubernetes' CEL library `quantity`. Source: apiserver/pkg/cel/library/quantity.go. */
import { limits } from '../../limits.ts';
import { Quantity, QuantityError } from '../../quantity.ts';
import { type CelLibrary, declare, global, member } from '../library.ts';
import { boolType, doubleType, intType, opaque, stringType } from '../types.ts';
import { CelError, CelOpaque, type Outcome } from '../values.ts';

const quantityType = opaque('kubernetes.Quantity');

class QuantityValue extends CelOpaque {
  readonly celType = quantityType;
  readonly quantity: Quantity;
  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }
  /** By amount, however written. */
  equalTo(other: CelOpaque): boolean {
    return other instanceof QuantityValue && this.quantity.compare(other.quantity) === 0;
  }
  override toString(): string {
    return this.quantity.toString();
  }
}

/** Bad text and sums that would not end are errors of the expression. */
function told(run: () => Quantity): QuantityValue | CelError {
  try {
    return new QuantityValue(run());
  } catch (error) {
    if (error instanceof QuantityError) return new CelError(error.message);
    throw error;
  }
}

function readQuantity(text: string): QuantityValue | CelError {
  if (text.length > limits.quantityDigits) {
    return new CelError(`quantities must be no longer than ${limits.quantityDigits} characters`);
  }
  return told(() => Quantity.parse(text));
}

const isQuantity = (text: string): boolean => readQuantity(text) instanceof QuantityValue;

function asInteger({ quantity }: QuantityValue): Outcome {
  return quantity.asInt64() ?? new CelError('cannot convert value to integer');
}

const add = (a: QuantityValue, b: Quantity): Outcome => told(() => a.quantity.add(b));
const sub = (a: QuantityValue, b: Quantity): Outcome => told(() => a.quantity.sub(b));
const ofInt = (value: bigint): Quantity => Quantity.of(value, 0, 'DecimalExponent');
const compare = (a: QuantityValue, b: QuantityValue): number => a.quantity.compare(b.quantity);
const pair = [quantityType, quantityType];
const withInt = [quantityType, intType];

export const quantityLibrary: CelLibrary = {
  name: 'kubernetes.quantity',
  functions: [
    declare('quantity', global('string_to_quantity', [stringType], quantityType, readQuantity)),
    declare('isQuantity', global('is_quantity_string', [stringType], boolType, isQuantity)),
    // Upstream declares this one, alone, as a function that is not called on its argument.
    declare(
      'sign',
      global('quantity_sign', [quantityType], intType, ({ quantity }: QuantityValue) =>
        BigInt(quantity.sign),
      ),
    ),
    declare(
      'isGreaterThan',
      member('quantity_is_greater_than', pair, boolType, (a, b) => compare(a, b) > 0),
    ),
    declare(
      'isLessThan',
      member('quantity_is_less_than', pair, boolType, (a, b) => compare(a, b) < 0),
    ),
    declare(
      'compareTo',
      member('quantity_compare_to', pair, intType, (a, b) => BigInt(compare(a, b))),
    ),
    declare(
      'asApproximateFloat',
      member('quantity_get_float', [quantityType], doubleType, ({ quantity }: QuantityValue) =>
        quantity.asApproximateFloat(),
      ),
    ),
    declare('asInteger', member('quantity_get_int', [quantityType], intType, asInteger)),
    declare(
      'isInteger',
      member(
        'quantity_is_integer',
        [quantityType],
        boolType,
        ({ quantity }: QuantityValue) => quantity.asInt64() !== undefined,
      ),
    ),
    declare(
      'add',
      member('quantity_add', pair, quantityType, (a: QuantityValue, b: QuantityValue) => add(a, b.quantity)),
      member('quantity_add_int', withInt, quantityType, (a: QuantityValue, b: bigint) => add(a, ofInt(b))),
    ),
    declare(
      'sub',
      member('quantity_sub', pair, quantityType, (a: QuantityValue, b: QuantityValue) => sub(a, b.quantity)),
      member('quantity_sub_int', withInt, quantityType, (a: QuantityValue, b: bigint) => sub(a, ofInt(b))),
    ),
  ],
};
