$VERBOSE = nil

ARGV.each do |path|
  RubyVM::InstructionSequence.compile(File.read(path, encoding: 'UTF-8'))
  puts 'ok'
rescue SyntaxError, ArgumentError
  puts 'bad'
end
